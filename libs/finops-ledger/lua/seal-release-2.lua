-- Gives back the right to seal. KEYS: head, lease. ARGV: token, writer to leave ('' = ended properly).
if redis.call('HGET', KEYS[1], 'writer') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'writer', ARGV[2])
redis.call('DEL', KEYS[2])
return 1
