--[[
  Adds to what days of a month have spent what they lack of their lines, makes what is reserved the sum of the open holds,
  and the month the sum of its days. Fields that cannot be read are replaced.
  KEYS 1 prefix
  ARGV 1 rebuilt as it was seen, 2 month, then of each counter: day DD, scope, nano, which may be negative
  Returns rebuilt now, or nil when somebody else rebuilt meanwhile
]]
--@include checks
--@include hold
--@include counters
local prefix, month = KEYS[1], ARGV[2]
if (read('GET', prefix .. 'ledger:rebuilt') or '0') ~= ARGV[1] then return nil end
local key = prefix .. 'budget:' .. month
local hash, days, kept = read('HGETALL', key), {}, {}

local function dayOfScope(number, scope)
  days[scope] = days[scope] or {}
  days[scope][number] = days[scope][number] or { 0, 0 }
  return days[scope][number]
end

for i = 1, #hash, 2 do
  local field, value = hash[i], hash[i + 1]
  local digits, mark, scope = string.match(field, '^(%d%d)([|#])(.*)$')
  if mark == '#' then
    if #value == 48 then
      kept[#kept + 1] = field
      kept[#kept + 1] = value
    end
  elseif mark and #value == 16 then
    dayOfScope(tonumber(digits), scope)[1] = struct.unpack(dayForm, value)
  elseif not mark and #value == 40 then
    local latest, spent = struct.unpack(recordForm, value)
    if latest >= 1 and latest <= 31 and latest % 1 == 0 then dayOfScope(latest, field)[1] = spent end
  end
end
for i = 3, #ARGV, 3 do
  local counter = dayOfScope(tonumber(ARGV[i]), ARGV[i + 1])
  counter[1] = counter[1] + tonumber(ARGV[i + 2])
end
for _, id in ipairs(read('ZRANGE', prefix .. 'spend:holds', 0, -1)) do
  local ok, _, state, nano, _, day, scopes = pcall(readHold, prefix, id)
  if ok and state == 'h' and string.sub(day, 1, 7) == month then
    for _, scope in ipairs({ cmsgpack.unpack(scopes) }) do
      local counter = dayOfScope(tonumber(string.sub(day, 9)), scope)
      counter[2] = counter[2] + nano
    end
  end
end

local updates = kept
local function update(field, form, ...)
  updates[#updates + 1] = field
  updates[#updates + 1] = struct.pack(form, ...)
end
for scope, numbers in pairs(days) do
  local latest, spent, reserved = 0, 0, 0
  for number, counter in pairs(numbers) do
    latest, spent, reserved = math.max(latest, number), spent + counter[1], reserved + counter[2]
  end
  for number, counter in pairs(numbers) do
    check(key, string.format('%02d|%s', number, scope), counter[1], counter[2], spent, reserved)
    if number ~= latest then update(string.format('%02d|%s', number, scope), dayForm, counter[1], counter[2]) end
  end
  update(scope, recordForm, latest, numbers[latest][1], numbers[latest][2], spent, reserved)
end
redis.call('DEL', key)
for i = 1, #updates, 2000 do redis.call('HSET', key, unpack(updates, i, math.min(i + 1999, #updates))) end
if #updates > 0 then redis.call('EXPIRE', key, budgetSeconds) end
return tostring(redis.call('INCR', prefix .. 'ledger:rebuilt'))
