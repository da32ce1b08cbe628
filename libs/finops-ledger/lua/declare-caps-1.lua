--[[
  Makes the caps of the budgets file exactly these.
  KEYS 1 caps   ARGV scope, day or month, hard and soft nano of each
]]
--@include checks
--@include caps
local all, hash = {}, read('HGETALL', KEYS[1])
for i = 1, #hash, 2 do
  local caps = readCaps(hash[i + 1], KEYS[1], hash[i])
  for _, place in pairs(places) do
    if caps[place + 3] == 'file' then caps[place + 1], caps[place + 2], caps[place + 3] = '-', '-', '-' end
  end
  all[hash[i]] = caps
end
for i = 1, #ARGV, 4 do
  local caps, place = all[ARGV[i]] or readCaps(nil, KEYS[1], ARGV[i]), places[ARGV[i + 1]]
  caps[place + 1], caps[place + 2], caps[place + 3] = ARGV[i + 2], ARGV[i + 3], 'file'
  all[ARGV[i]] = caps
end
for scope, caps in pairs(all) do writeCaps(KEYS[1], scope, caps) end
return 1
