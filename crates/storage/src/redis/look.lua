-- A record as it stands, with the server's time by which it stands so.
--
-- KEYS: the record.
local time = redis.call('TIME')
return { time[1], time[2], redis.call('HMGET', KEYS[1], 'stamp', 'state', 'key_id', 'sealed') }
