-- Takes the right to seal a chain. KEYS: head, lease. ARGV: token, lease in ms.
-- {1, the writer that did not say that it had ended or '', state or ''} or {0, ms until the lease ends}
if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return { 0, redis.call('PTTL', KEYS[2]) }
end
local head = redis.call('HMGET', KEYS[1], 'writer', 'state')
redis.call('HSET', KEYS[1], 'writer', ARGV[1])
return { 1, head[1] or '', head[2] or '' }
