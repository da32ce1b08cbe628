--[[
  Counts what a call cost, once: the hold is given back, spent grows, the day's and the hour's cell grow, the line is
  written. The money is spent, so a hold that has expired, or that Redis has lost, is settled as late; but of one that was
  lost too long ago nobody can say whether it was settled before.
  KEYS 1 prefix
  ARGV 1 list in JSON: 1 id, 2 actual and 3 list nano, 4 flags, 5 tags, 6..10 tokens (input, cache read, cache write,
       output, reasoning), 11 latency ms, 12 reservation, 13 task and 14 prompt as hex or text, 15 budget reason or '' for
       ok, 16 caller's key or '', of a hold that Redis may have lost 17 reserved at ms, 18 its day and 19 its nano,
       20.. scopes
       flags: 1 approximate, 2 wasted, 4 base price; 8, 16, 32: reservation, task, prompt are texts; added here:
       64 late, 128 tags are a text
  Returns {1 when this changed something, 's' settled | 'v' voided | 'l' late} | {'differs'}: reserved in other scopes
        | {'forgotten'}: reserved longer ago than ended holds are remembered
]]
--@include checks
--@include hold
--@include counters
--@include days
--@include cells
local endedSeconds, aheadMs = '7200', 600000
local prefix, told, firstScope = KEYS[1], cjson.decode(ARGV[1]), 20
local id, actual, list, flags, tags, input, cacheRead, cacheWrite, output, reasoning, latency = unpack(told, 1, 11)
local reservation, task, prompt, reason, caller = unpack(told, 12, 16)
amount(math.min(actual, list, input, cacheRead, cacheWrite, output, reasoning, latency))
amount(math.max(actual, list, input, cacheRead, cacheWrite, output, reasoning, latency))
local holdKey, state, nano, reservedAt, day, scopes = readHold(prefix, id)
if state and not nano then return { 0, state } end
if not state then
  reservedAt, day, nano = unpack(told, 17, 19)
  local instant = now()
  if instant - amount(reservedAt) > endedSeconds * 1000 or reservedAt - instant > aheadMs then return { 'forgotten' } end
  amount(nano)
elseif scopes ~= cmsgpack.pack(unpack(told, firstScope)) then
  return { 'differs' }
end
local isHeld, floor, pack = state == 'h', math.floor, struct.pack
local month, hour = string.sub(day, 1, 7), string.format('%d', floor(reservedAt / 3600000))
if not isHeld then flags = flags + 64 end

local budget, updates, isNew =
  posting(prefix, day, told, firstScope, actual, isHeld and -nano or 0, isHeld and settled or late)
local wasted = floor(flags / 2) % 2
local measures = {
  1, actual, list, flags % 2, floor(flags / 4) % 2, input, cacheRead, cacheWrite, output, reasoning, latency, wasted,
  wasted * actual, 0, 0,
}
local number, text, newText = combination(prefix, tags)
local dayKey, hourKey = prefix .. 'spend:d:' .. day, prefix .. 'spend:h:' .. hour
local dayCell, dayIsNew = cellAfter(dayKey, number, measures)
local hourCell, hourIsNew = cellAfter(hourKey, number, measures)

-- 32 hex digits take 16 bytes: ten million lines are to fit beside everything else.
local function word(value, from)
  return tonumber(string.sub(value, from, from + 7), 16)
end

local function bytes(value, isText)
  if isText == 1 or value == '' then return value end
  if #value == 16 then return pack('>I4I4', word(value, 1), word(value, 9)) end
  return pack('>I4I4I4I4', word(value, 1), word(value, 9), word(value, 17), word(value, 25))
end

if text then flags = flags + 128 end
local line = cmsgpack.pack({
  flags, tonumber(string.sub(day, 9)), pack('>I6', reservedAt), text or tonumber(number),
  bytes(reservation, floor(flags / 8) % 2), bytes(task, floor(flags / 16) % 2),
  bytes(prompt, floor(flags / 32) % 2), nano, actual, list == actual and -1 or list,
  input, cacheRead, cacheWrite, output, reasoning, latency, reason, caller,
})
redis.call('XADD', prefix .. 'ledger:' .. month, '*', 'l', line)
if dayIsNew then redis.call('SADD', prefix .. 'ledger:months', month) end
post(budget, updates, isNew)
addCombination(prefix, newText)
writeCell(dayKey, number, dayCell, dayIsNew, daySeconds)
writeCell(hourKey, number, hourCell, hourIsNew, hourSeconds)
redis.call('SET', holdKey, isHeld and 's' or 'l', 'EX', endedSeconds)
if isHeld then redis.call('ZREM', prefix .. 'spend:holds', id) end
return { 1, isHeld and 's' or 'l' }
