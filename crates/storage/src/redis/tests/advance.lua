-- Lets time pass for what a store holds: moves every stored moment back.
--
-- ARGV: what the names of its keys begin with, by how many microseconds.
local by = tonumber(ARGV[2])
local function earlier(moment)
  return string.format('%.0f', math.max(0, tonumber(moment) - by))
end
local moments = {}
for _, name in ipairs({ 'expires_at', 'due_at', 'upkeep_at', 'written_at', 'rest_until', 'claimed_at', 'lease_until',
  'replayed_at', 'until' }) do
  moments[name] = true
end
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  local kind = redis.call('TYPE', key).ok
  if kind == 'hash' then
    local state = string.gsub(redis.call('HGET', key, 'state'), '"([a-z_]+)":(%d+)', function(name, number)
      return moments[name] and '"' .. name .. '":' .. earlier(number)
    end)
    redis.call('HSET', key, 'state', state)
    local free = redis.call('HGET', key, 'free_at')
    if free then
      redis.call('HSET', key, 'free_at', earlier(free))
    end
    local left = redis.call('PTTL', key)
    if left >= 0 then
      redis.call('PEXPIRE', key, string.format('%.0f', left - by / 1000))
    end
  elseif kind == 'zset' and string.find(key, '}due:', 1, true) then
    local members = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for at = 1, #members, 2 do
      redis.call('ZADD', key, earlier(members[at + 1]), members[at])
    end
  end
end
return redis.status_reply('OK')
