--[[
  Removes terminal tasks whose time is over: succeeded ones and cancelled ones, oldest first. A parked letter stays.
  KEYS 1 job key prefix, 2 index prefix, 3 audit stream · ARGV 1 finished at or before ms, 2 batch size
  Returns how many were removed
]]
--@include park
local base, ix = KEYS[1], KEYS[2]
local function remove(id)
  local key = base .. id
  local envelope = envelopeOf(redis.call('HGET', key, 'data'))
  redis.call('UNLINK', key, key .. ':logs', key .. ':dependencies', key .. ':processed', key .. ':failed', key .. ':unsuccessful', ix .. 'lock:' .. id)
  redis.call('ZREM', ix .. 'tasks', id)
  if text(envelope['task_type']) then redis.call('ZREM', ix .. 'type:' .. envelope['task_type'], id) end
  if text(envelope['requested_by']) then redis.call('ZREM', ix .. 'by:' .. envelope['requested_by'], id) end
  redis.call('ZREM', ix .. 'unsettled', id)
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
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', ix .. 'cancelled:all', '-inf', bound, 'LIMIT', 0, room)) do
    local kind = redis.call('HGET', base .. id, 'xt') or 'unknown'
    removeFromPark(ix, 'cancelled', id, 'CANCELLED', kind)
    redis.call('ZREM', base .. 'failed', id)
    remove(id)
    removed = removed + 1
  end
end
return removed
