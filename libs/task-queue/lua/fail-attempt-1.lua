--[[
  Records why an attempt failed, before BullMQ moves the job: its scripts never touch these fields. An attempt that ended by
  itself clears the suspicion of losing workers.
  KEYS 1 job key prefix · ARGV 1 task id, 2 failure code, 3 attempt JSON with its error, 4 group
  Returns 'recorded', 'gone', or 'cancelled' and nothing recorded when a cancel request waits: such a task is not retried
]]
--@include history
local base, id = KEYS[1], ARGV[1]
if redis.call('HEXISTS', base .. id, 'data') == 0 then return 'gone' end
if ARGV[2] ~= 'CANCELLED' and redis.call('HEXISTS', base .. id, 'xk') == 1 then return 'cancelled' end
redis.call('HSET', base .. id, 'xf', ARGV[2], 'xg', ARGV[4])
redis.call('HDEL', base .. id, 'xi', 'stc')
remember(base, id, ARGV[3])
return 'recorded'
