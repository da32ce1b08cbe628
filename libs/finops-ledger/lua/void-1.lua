--[[
  Gives back the hold of a call that cost nothing.
  KEYS 1 prefix   ARGV 1 id
  Returns 1, or 0 when it had ended before or is not known
]]
--@include checks
--@include hold
--@include counters
local key, state, nano, _, day, scopes = readHold(KEYS[1], ARGV[1])
if state ~= 'h' then return 0 end
local budget, updates, isNew = posting(KEYS[1], day, { cmsgpack.unpack(scopes) }, 1, 0, -nano, voided)
post(budget, updates, isNew)
redis.call('SET', key, 'v', 'EX', '7200')
redis.call('ZREM', KEYS[1] .. 'spend:holds', ARGV[1])
return 1
