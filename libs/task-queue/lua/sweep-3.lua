--[[
  Removes terminal tasks whose time is over: succeeded ones and cancelled ones, oldest first. A parked letter stays.
  KEYS 1 job key prefix, 2 index prefix, 3 audit stream · ARGV 1 finished at or before ms, 2 batch size
  Returns how many were removed
]]
--@include index
--@include outcome
--@include park
--@include remove
local base, ix = KEYS[1], KEYS[2]
local function remove(id)
  local fields = redis.call('HMGET', base .. id, 'data', 'xo')
  if fields[2] then countOutcome(ix, id, fields[2], 'succeeded', '') end
  removeTask(base, ix, id, (envelopeOf(fields[1])))
end
local removed = 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', base .. 'completed', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  remove(id)
  redis.call('ZREM', base .. 'completed', id)
  removed = removed + 1
end
local room = tonumber(ARGV[2]) - removed
if room > 0 then
  local bound = string.format('%.0f', tonumber(ARGV[1]) * 1000 + 999)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', ix .. 'cancelled', '-inf', bound, 'LIMIT', 0, room)) do
    redis.call('ZREM', ix .. 'cancelled', id)
    redis.call('ZREM', base .. 'failed', id)
    remove(id)
    removed = removed + 1
  end
end
return removed
