--[[
  Reads a page of letters, oldest first, in one consistent view.
  KEYS 1 job key prefix, 2 index prefix · ARGV 1 park, 2 causes JSON, 3 from score, 4 skip, 5 limit, 6.. field names
  Returns {next score, next skip, {id, locked 0|1, field values...}...}; a letter whose job is gone has no values
]]
--@include walk
local base, ix = KEYS[1], KEYS[2]
local limit = tonumber(ARGV[5])
local cells = cjson.decode(ARGV[2])
local from, skip = ARGV[3], tonumber(ARGV[4])
local position, passed = from, skip
local answer = { '', 0 }
local following = walk(ix, ARGV[1], cells, from, skip, '+inf', math.max(4, math.ceil(2 * limit / math.max(1, #cells))))
while #answer - 2 < limit do
  local id, score = following()
  if not id then break end
  if score ~= position then position, passed = score, 0 end
  passed = passed + 1
  local row = { id, redis.call('EXISTS', ix .. 'lock:' .. id) }
  local values = redis.call('HMGET', base .. id, unpack(ARGV, 6))
  for i = 1, #ARGV - 5 do row[i + 2] = values[i] end
  answer[#answer + 1] = row
end
answer[1], answer[2] = position, passed
return answer
