--[[
  Looks how requeued letters of an operation ended. Those that failed again were counted when they were parked anew.
  KEYS 1 job key prefix, 2 index prefix · ARGV 1 operation id, 2 how many to look at
  Returns {looked at, settled now}; the look goes round from call to call
]]
--@include index
--@include outcome
local base, ix = KEYS[1], KEYS[2]
local key = ix .. 'op:' .. ARGV[1]
local scan = redis.call('SSCAN', key .. ':pending', redis.call('HGET', key, 'scan') or '0', 'COUNT', ARGV[2])
local settled = 0
for _, id in ipairs(scan[2]) do
  local mark = redis.call('HGET', base .. id, 'xo')
  local own = mark and string.match(mark, '^[^|]*') == ARGV[1]
  if not own then
    -- The task is gone, or another operation sent it back after a failure that was never parked.
    settled = settled + countOutcome(ix, id, ARGV[1] .. '|', 'gone', '')
  elseif redis.call('ZSCORE', base .. 'completed', id) then
    settled = settled + countOutcome(ix, id, mark, 'succeeded', '')
    redis.call('HDEL', base .. id, 'xo')
  end
end
if redis.call('EXISTS', key .. ':pending') == 1 then
  redis.call('HSET', key, 'scan', scan[1])
else
  redis.call('SREM', ix .. 'ops:awaiting', ARGV[1])
end
return { #scan[2], settled }
