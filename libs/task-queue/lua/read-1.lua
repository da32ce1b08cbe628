--[[
  Reads tasks as their jobs stand, in one consistent view.
  KEYS 1 job key prefix · ARGV 1 number of fields, then the field names, then the task ids
  Returns one row a task: false when there is none, else {state, delayed-until score, field values...}
]]
--@include state
local base = KEYS[1]
local count = tonumber(ARGV[1])
local names = {}
for i = 2, count + 1 do names[#names + 1] = ARGV[i] end
local rows = {}
for i = count + 2, #ARGV do
  local id = ARGV[i]
  if redis.call('HEXISTS', base .. id, 'data') == 0 then
    rows[#rows + 1] = false
  else
    local state, due = jobState(base, id)
    local row = { state, due }
    local values = redis.call('HMGET', base .. id, unpack(names))
    for j = 1, count do row[j + 2] = values[j] end
    rows[#rows + 1] = row
  end
end
return rows
