--[[
  Second and later deliveries of a job whose worker died: notes the lost attempt once, and counts the delivery as one that
  runs alone in its process. What such a delivery loses, the task itself is to blame for; a neighbour never is.
  KEYS 1 job key prefix · ARGV 1 task id, 2 lost attempt number, 3 lost attempt JSON
  Returns {times run alone before, cancel request or false, reported outcome or false}
]]
--@include history
local base, id = KEYS[1], ARGV[1]
local fields = redis.call('HMGET', base .. id, 'xi', 'xk', 'xa', 'xl')
if tonumber(fields[4] or 0) < tonumber(ARGV[2]) then
  redis.call('HSET', base .. id, 'xl', ARGV[2])
  remember(base, id, ARGV[3])
end
redis.call('HINCRBY', base .. id, 'xi', 1)
return { tonumber(fields[1] or 0), fields[2], fields[3] }
