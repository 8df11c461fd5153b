-- Rows in order of key, with the server's time.
--
-- KEYS: the set of them, in which all scores are the same, so that it lies in order of member.
-- ARGV: what the name of a row begins with, the first and the last member as bounds, how many rows are wanted, how many
--   members to look at, and what a member must contain.
-- Answer: the time, how many were looked at, the last of them, and for each row its member and what it holds.
local time = redis.call('TIME')
local wanted = tonumber(ARGV[4])
local looked, last, rows = 0, '', {}
for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[5])) do
  if #rows == wanted then
    break
  end
  looked, last = looked + 1, member
  if string.find(member, ARGV[6], 1, true) then
    rows[#rows + 1] = { member, redis.call('HMGET', ARGV[1] .. member, 'stamp', 'state', 'key_id', 'sealed') }
  end
end
return { time[1], time[2], looked, last, rows }
