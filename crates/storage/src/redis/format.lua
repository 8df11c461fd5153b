-- The format of what is stored here, which is said by whoever is the first.
--
-- KEYS: where it is said. ARGV: the format of this build. Answer: the format that was found.
local found = redis.call('GET', KEYS[1])
if not found then
  redis.call('SET', KEYS[1], ARGV[1])
  return ARGV[1]
end
return found
