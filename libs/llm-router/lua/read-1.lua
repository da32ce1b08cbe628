--[[
  Reads circuits and the time they are to be read by.
  KEYS 1 circuit prefix · ARGV providers
  Returns {now, {fail_count, first_fail_ts, open_until, opened_ts, generation, probe_until, parked_until}...} as text
]]
--@include circuit
local answer = { string.format('%.6f', clock()) }
for i = 1, #ARGV do answer[i + 1] = redis.call('HMGET', KEYS[1] .. ARGV[i], unpack(circuitFields)) end
return answer
