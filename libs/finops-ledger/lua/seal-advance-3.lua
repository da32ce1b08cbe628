-- Moves the head of a chain on, after what it points at is on disk. KEYS: head, lease, manifest.
-- ARGV: token, lease in ms, version expected, new state, count, hash, line of the manifest or ''.
-- 1 = done (also when this very step was done before), 0 = somebody else seals, -1 = the head is not as expected.
if redis.call('HGET', KEYS[1], 'writer') ~= ARGV[1] then return 0 end
local head = redis.call('HMGET', KEYS[1], 'version', 'state')
local version = tonumber(head[1] or '0')
if version == tonumber(ARGV[3]) + 1 and head[2] == ARGV[4] then return 1 end
if version ~= tonumber(ARGV[3]) then return -1 end
redis.call('HSET', KEYS[1], 'version', version + 1, 'state', ARGV[4], 'count', ARGV[5], 'hash', ARGV[6])
if ARGV[7] ~= '' then redis.call('RPUSH', KEYS[3], ARGV[7]) end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1
