--[[
  Takes back the start of an attempt that is about to be handed back unrun, so that a shutdown burns no attempt number.
  KEYS 1 job key prefix · ARGV 1 task id
  Returns 1, or 0 when the job is gone
]]
local key = KEYS[1] .. ARGV[1]
if redis.call('HEXISTS', key, 'data') == 0 then return 0 end
redis.call('HINCRBY', key, 'ats', -1)
if redis.call('HEXISTS', key, 'xi') == 1 then redis.call('HINCRBY', key, 'xi', -1) end
return 1
