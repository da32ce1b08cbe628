--[[
  Drops list entries of creates that never reached the queue (a crash between the two halves of a create).
  KEYS 1 job key prefix, 2 index prefix · ARGV 1 from ms, 2 to ms (exclusive), 3 limit
  Returns how many were dropped
]]
local base, ix, dropped = KEYS[1], KEYS[2], 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', ix .. 'tasks', ARGV[1], '(' .. ARGV[2], 'LIMIT', 0, ARGV[3])) do
  if redis.call('EXISTS', base .. id) == 0 then dropped = dropped + redis.call('ZREM', ix .. 'tasks', id) end
end
return dropped
