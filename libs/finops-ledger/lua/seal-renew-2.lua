-- Keeps the right to seal. KEYS: head, lease. ARGV: token, lease in ms. 1 = still ours.
-- The writer decides, not the lease: when nobody took over meanwhile, a late renewal does no harm.
if redis.call('HGET', KEYS[1], 'writer') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1
