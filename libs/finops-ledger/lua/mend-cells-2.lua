--[[
  Adds to cells what they lack of their lines. What is settled meanwhile only adds too, so nothing is lost or counted twice.
  A cell that could not be read, and is still the same, is replaced. Two rebuilds at once would add twice: `rebuilt` tells.
  KEYS 1 cells of a day or an hour, 2 rebuilt
  ARGV 1 rebuilt as it was seen, 2 seconds to keep, then of each cell: number, the value that cannot be read or '' to add,
       15 amounts, which may be negative
  Returns rebuilt now, or nil when somebody else rebuilt meanwhile
]]
--@include checks
if (read('GET', KEYS[2]) or '0') ~= ARGV[1] then return nil end
local updates, removed = {}, {}
for i = 3, #ARGV, 17 do
  local number, broken, cell = ARGV[i], ARGV[i + 1], { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
  local value, isMended = read('HGET', KEYS[1], number), false
  if broken ~= '' then
    isMended = value ~= broken
  elseif value then
    cell = cmsgpack.unpack(value)
  end
  if not isMended then
    local sum = 0
    for j = 1, 15 do
      cell[j] = cell[j] + tonumber(ARGV[i + 1 + j])
      if not (cell[j] >= 0 and cell[j] <= exact) then fail('CORRUPT', KEYS[1], number) end
      sum = sum + cell[j]
    end
    if sum == 0 then
      removed[#removed + 1] = number
    else
      updates[#updates + 1] = number
      updates[#updates + 1] = cmsgpack.pack(cell)
    end
  end
end
if #updates > 0 then
  redis.call('HSET', KEYS[1], unpack(updates))
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
if #removed > 0 then redis.call('HDEL', KEYS[1], unpack(removed)) end
return tostring(redis.call('INCR', KEYS[2]))
