--[[
  Counts what a call cost, once: the hold is given back, spent grows, the day's and the hour's cell grow, the line is
  written. The money is spent, so a hold that has expired, or that Redis has lost, is settled as late; but of one that was
  lost too long ago nobody can say whether it was settled before.
  KEYS 1 prefix
  ARGV 1 id, 2 actual and 3 list nano, 4 flags, 5 tags, 6..10 tokens (input, cache read, cache write, output, reasoning),
       11 latency ms, 12 reservation, 13 task and 14 prompt as hex or text, 15 budget reason or '' for ok, 16 caller's key
       or '', of a hold that Redis may have lost 17 reserved at ms, 18 its day and 19 its nano, 20.. scopes
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
local endedSeconds, aheadMs, firstName = 7200, 600000, 20
local prefix, id, actual, list, flags = KEYS[1], ARGV[1], amount(ARGV[2]), amount(ARGV[3]), tonumber(ARGV[4])
local state, hold, holdKey = readHold(prefix, id)
if state and not hold then return { 0, state } end
if hold then
  if #hold - firstScope ~= #ARGV - firstName then return { 'differs' } end
  for i = firstName, #ARGV do
    if hold[firstScope + i - firstName] ~= ARGV[i] then return { 'differs' } end
  end
else
  local reservedAt, instant = amount(ARGV[17]), now()
  if instant - reservedAt > endedSeconds * 1000 or reservedAt - instant > aheadMs then return { 'forgotten' } end
  hold = { '', amount(ARGV[19]), reservedAt, ARGV[18], '', '', '', '', unpack(ARGV, firstName) }
end
local reservedAt, day, isLate = hold[3], hold[4], state ~= 'h'
local month, hour = string.sub(day, 1, 7), string.format('%d', math.floor(reservedAt / 3600000))
if isLate then flags = flags + 64 end

local budget, updates, _, isNew =
  posting(prefix, day, hold, firstScope, actual, state == 'h' and -hold[2] or 0, isLate and late or settled)
local tokens = { amount(ARGV[6]), amount(ARGV[7]), amount(ARGV[8]), amount(ARGV[9]), amount(ARGV[10]) }
local approximate, wasted, base = flags % 2, math.floor(flags / 2) % 2, math.floor(flags / 4) % 2
local latency = amount(ARGV[11])
local measures = {
  1, actual, list, approximate, base, tokens[1], tokens[2], tokens[3], tokens[4], tokens[5], latency, wasted,
  wasted * actual, 0, 0,
}
local number, text, newText = combination(prefix, ARGV[5])
local dayKey, hourKey = prefix .. 'spend:d:' .. day, prefix .. 'spend:h:' .. hour
local dayCell, dayIsNew = cellAfter(dayKey, number, measures)
local hourCell, hourIsNew = cellAfter(hourKey, number, measures)

-- 32 hex digits take 16 bytes: ten million lines are to fit beside everything else.
local function word(value, from)
  return tonumber(string.sub(value, from, from + 7), 16)
end

local function bytes(value, isText)
  if isText == 1 or value == '' then return value end
  if #value == 16 then return struct.pack('>I4I4', word(value, 1), word(value, 9)) end
  return struct.pack('>I4I4I4I4', word(value, 1), word(value, 9), word(value, 17), word(value, 25))
end

if text then flags = flags + 128 end
local line = cmsgpack.pack({
  flags, tonumber(string.sub(day, 9)), struct.pack('>I6', reservedAt), text or tonumber(number),
  bytes(ARGV[12], math.floor(flags / 8) % 2), bytes(ARGV[13], math.floor(flags / 16) % 2),
  bytes(ARGV[14], math.floor(flags / 32) % 2), hold[2], actual, list == actual and -1 or list,
  tokens[1], tokens[2], tokens[3], tokens[4], tokens[5], latency, ARGV[15], ARGV[16],
})
redis.call('XADD', prefix .. 'ledger:' .. month, '*', 'l', line)
if dayIsNew then redis.call('SADD', prefix .. 'ledger:months', month) end
post(budget, updates, isNew)
addCombination(prefix, newText)
writeCell(dayKey, number, dayCell, dayIsNew, daySeconds)
writeCell(hourKey, number, hourCell, hourIsNew, hourSeconds)
redis.call('SET', holdKey, isLate and 'l' or 's', 'EX', endedSeconds)
if state == 'h' then redis.call('ZREM', prefix .. 'spend:holds', id) end
return { 1, isLate and 'l' or 's' }
