--[[
  Renews claims that are still their owners'.
  KEYS 1 claim prefix · ARGV 1 lease ms, 2.. pairs of key and token · Returns how many were renewed
]]
local renewed = 0
for i = 2, #ARGV, 2 do
  local key = KEYS[1] .. ARGV[i]
  if redis.call('GET', key) == ARGV[i + 1] then renewed = renewed + redis.call('PEXPIRE', key, ARGV[1]) end
end
return renewed
