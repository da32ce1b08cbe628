--[[
  Gives back the hold of a call that cost nothing.
  KEYS 1 prefix   ARGV 1 id
  Returns 1, or 0 when it had ended before or is not known
]]
--@include checks
--@include hold
--@include counters
local state, hold, holdKey = readHold(KEYS[1], ARGV[1])
if state ~= 'h' then return 0 end
local budget, updates, _, isNew = posting(KEYS[1], hold[4], hold, firstScope, 0, -hold[2], voided)
post(budget, updates, isNew)
redis.call('SET', holdKey, 'v', 'EX', 7200)
redis.call('ZREM', KEYS[1] .. 'spend:holds', ARGV[1])
return 1
