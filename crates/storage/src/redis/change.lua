-- Changes records that nobody changed since they were read, each with its event and its places in the indexes.
--
-- Nothing is decided here but that: what a change is was decided on the record as it was read, at the server's time of
-- then. A decision is good within the moments that it names, so one that comes too late, or from after now, is refused.
--
-- Redis undoes nothing of a script that fails half-way. It refuses a write for want of memory, or on a replica, at the
-- first one only; so the first one is INCR, which asks for memory, and whatever could be wrong with the rest is not.
--
-- KEYS: the sequence, the events; then for each change its record, followed by the sets in which its place changes.
-- ARGV: the first and the last moment; then for each change
--   the stamp that it was read with, '' for no record,
--   'whole' if what it held before goes, otherwise 'partly',
--   a count with so many fields and values, none to delete the record,
--   when the record may be collected, in milliseconds, or '',
--   a count with so many fields and values of the event, none for no event,
--   a count of sets, and for each the member with its score, '' to leave.
-- Answer: for each change 1 if it was made, 0 if the record had changed; false if the decisions were not of this time.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
if now < tonumber(ARGV[1]) or now > tonumber(ARGV[2]) then
  return false
end

local keys, args = 2, 2

local function key()
  keys = keys + 1
  return KEYS[keys]
end

local function arg()
  args = args + 1
  return ARGV[args]
end

-- Where the arguments that are counted begin, and where they end.
local function counted()
  local count = tonumber(arg())
  local first = args + 1
  args = args + count
  return first, args
end

local made = {}
while keys < #KEYS do
  local record = key()
  local stamp = arg()
  local whole = arg() == 'whole'
  local field, last_field = counted()
  local collected = arg()
  local note, last_note = counted()
  local sets = tonumber(arg())
  local stands = (redis.call('HGET', record, 'stamp') or '') == stamp
  if stands then
    local id = string.format('%.0f', redis.call('INCR', KEYS[1]))
    if note <= last_note then
      redis.call('XADD', KEYS[2], id .. '-0', 'at', string.format('%.0f', now), unpack(ARGV, note, last_note))
    end
    if whole then
      redis.call('DEL', record)
    end
    if field <= last_field then
      redis.call('HSET', record, 'stamp', id, unpack(ARGV, field, last_field))
    end
    if collected ~= '' then
      redis.call('PEXPIREAT', record, collected)
    end
  end
  for _ = 1, sets do
    local set = key()
    local member = arg()
    local score = arg()
    if stands and score == '' then
      redis.call('ZREM', set, member)
    elseif stands then
      redis.call('ZADD', set, score, member)
    end
  end
  made[#made + 1] = stands and 1 or 0
end
return made
