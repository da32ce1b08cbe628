--[[
  Reads letters by their task ids.
  KEYS 1 job key prefix · ARGV 1 index prefix, 2 number of fields, then the field names, then the task ids
  Returns one row an id: {locked 0|1, field values...}
]]
local count = tonumber(ARGV[2])
local rows = {}
for i = count + 3, #ARGV do
  local row = { redis.call('EXISTS', ARGV[1] .. 'lock:' .. ARGV[i]) }
  local values = redis.call('HMGET', KEYS[1] .. ARGV[i], unpack(ARGV, 3, count + 2))
  for j = 1, count do row[j + 1] = values[j] end
  rows[#rows + 1] = row
end
return rows
