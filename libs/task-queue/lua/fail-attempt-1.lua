--[[
  Records why an attempt failed, before BullMQ moves the job: its scripts never touch these fields. An attempt that ended by
  itself clears the suspicion of losing workers.
  KEYS 1 job key prefix · ARGV 1 task id, 2 failure code, 3 error JSON, 4 attempt JSON
  Returns 1, or 0 when the job is gone
]]
--@include history
local base, id = KEYS[1], ARGV[1]
if redis.call('HEXISTS', base .. id, 'data') == 0 then return 0 end
redis.call('HSET', base .. id, 'xf', ARGV[2], 'xe', ARGV[3])
redis.call('HDEL', base .. id, 'xi', 'stc')
remember(base, id, ARGV[4])
return 1
