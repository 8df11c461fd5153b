-- Rows whose upkeep is due and that nobody holds, the most overdue first, with the server's time.
--
-- KEYS: the set of those who share a client and an environment, by the moment of their upkeep.
-- ARGV: what the name of a row begins with, how far ahead to look, how many rows are wanted, how many members were
--   looked at before, how many to look at now.
-- Answer: the time, how many were looked at, and for each row its member and what it holds.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local ahead = string.format('%.0f', now + ARGV[2])
local wanted = tonumber(ARGV[3])
local looked, rows = 0, {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ahead, 'LIMIT', ARGV[4], ARGV[5])) do
  if #rows == wanted then
    break
  end
  looked = looked + 1
  local row = ARGV[1] .. member
  -- A row that is held, resting or in doubt names the moment from which it may be had.
  local free = tonumber(redis.call('HGET', row, 'free_at'))
  if free and free <= now then
    rows[#rows + 1] = { member, redis.call('HMGET', row, 'stamp', 'state', 'key_id', 'sealed') }
  end
end
return { time[1], time[2], looked, rows }
