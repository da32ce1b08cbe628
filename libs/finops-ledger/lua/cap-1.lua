--[[
  Sets or removes the cap of one scope in one period, unless the budgets file declares it.
  KEYS 1 caps   ARGV 1 scope, 2 day or month, 3 hard and 4 soft nano, '-' to remove
  Returns changed | owned_by_file | unknown: there was none to remove
]]
--@include checks
--@include caps
local caps, place = readCaps(read('HGET', KEYS[1], ARGV[1]), KEYS[1], ARGV[1]), places[ARGV[2]]
if caps[place + 3] == 'file' then return 'owned_by_file' end
if ARGV[3] == '-' and caps[place + 3] == '-' then return 'unknown' end
caps[place + 1], caps[place + 2], caps[place + 3] = ARGV[3], ARGV[4], ARGV[3] == '-' and '-' or 'api'
writeCaps(KEYS[1], ARGV[1], caps)
return 'changed'
