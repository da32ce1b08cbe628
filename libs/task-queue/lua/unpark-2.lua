--[[
  Drops index entries that say what is not: the job is no longer failed (somebody retried or removed it behind our back),
  or its own stamp names another place.
  KEYS 1 job key prefix, 2 index prefix · ARGV 1 park or 'cancelled', 2 cause or '', 3.. task ids
  Returns how many were dropped
]]
--@include index
--@include outcome
--@include park
local base, ix, label, cell, dropped = KEYS[1], KEYS[2], ARGV[1], ARGV[2], 0
for i = 3, #ARGV do
  local id = ARGV[i]
  local park, _, own = readStamp(redis.call('HGET', base .. id, 'xs') or nil)
  local here = park == label and own == cell
  if not redis.call('ZSCORE', base .. 'failed', id) then
    if here then unpark(base, ix, id) end
    here = false
  end
  if not here then
    dropped = dropped + 1
    if label == 'cancelled' then redis.call('ZREM', ix .. 'cancelled', id) else removeFromCell(ix, label, cell, id) end
  end
end
return dropped
