--[[
  Drops index entries whose job is no longer failed (somebody retried or removed it behind our back).
  KEYS 1 job key prefix, 2 index prefix · ARGV 1 park, 2.. task ids
  Returns how many were dropped
]]
--@include park
local base, ix, dropped = KEYS[1], KEYS[2], 0
for i = 2, #ARGV do
  local id = ARGV[i]
  if not redis.call('ZSCORE', base .. 'failed', id) then
    if unpark(base, ix, id) == 0 then
      -- The job is gone with its fields: the code and type are unknown, so every index of the park is asked.
      for _, facet in ipairs({ 'codes', 'types' }) do
        local prefix = facet == 'codes' and ':fc:' or ':tt:'
        for _, name in ipairs(redis.call('HKEYS', ix .. ARGV[1] .. ':' .. facet)) do
          if redis.call('ZREM', ix .. ARGV[1] .. prefix .. name, id) == 1 then
            if redis.call('HINCRBY', ix .. ARGV[1] .. ':' .. facet, name, -1) <= 0 then
              redis.call('HDEL', ix .. ARGV[1] .. ':' .. facet, name)
            end
            if facet == 'codes' then
              for _, kind in ipairs(redis.call('HKEYS', ix .. ARGV[1] .. ':types')) do
                redis.call('ZREM', ix .. ARGV[1] .. ':ft:' .. name .. '|' .. kind, id)
              end
            end
          end
        end
      end
      dropped = dropped + redis.call('ZREM', ix .. ARGV[1] .. ':all', id)
    else
      dropped = dropped + 1
    end
  end
end
return dropped
