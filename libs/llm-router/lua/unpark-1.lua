--[[
  Ends the parking of a provider that had no money. A late report of an earlier call does not park it again.
  KEYS 1 circuit · Returns 1, or 0 when it was not parked
]]
if redis.call('HDEL', KEYS[1], 'parked_until') == 0 then return 0 end
redis.call('HDEL', KEYS[1], 'probe_until')
redis.call('HINCRBY', KEYS[1], 'generation', 1)
return 1
