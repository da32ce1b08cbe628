--[[
  Cancels a task: one that waits ends CANCELLED at once, one that runs gets a request its worker will see.
  KEYS 1 job key prefix, 2 index prefix · ARGV 1 task id, 2 now ms, 3 error JSON, 4 request JSON, 5 channel
  Returns 'not_found' | 'terminal' | 'cancelled' | 'cancelling'
]]
--@include state
--@include event
--@include index
--@include outcome
--@include park
--@include finalize
local base, ix = KEYS[1], KEYS[2]
local id, now = ARGV[1], ARGV[2]
if redis.call('HEXISTS', base .. id, 'data') == 0 then return 'not_found' end
local state = jobState(base, id)
if state == 'completed' or state == 'failed' then return 'terminal' end
local reported = redis.call('HGET', base .. id, 'xa')
if reported then
  local status = cjson.decode(reported)['status']
  if status == 'succeeded' or status == 'failed' then return 'terminal' end
end
if state ~= 'active' and takeOffWaiting(base, id) == 1 then
  redis.call('HSET', base .. id, 'xe', ARGV[3])
  finishFailed(base, id, now, 'CANCELLED', cjson.decode(ARGV[3])['message'])
  park(base, ix, id, now, 0, '')
  return 'cancelled'
end
redis.call('HSET', base .. id, 'xk', ARGV[4])
redis.call('PUBLISH', ARGV[5], id)
announce(base, 'changed', id, 'by', 'cancel')
return 'cancelling'
