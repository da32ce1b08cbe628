--[[
  Counts an answer from the cache, in the day and the hour it is now.
  KEYS 1 prefix   ARGV 1 nano it would have cost, 2 tags, 3..14 three days around now (name, first instant, end, end of its month)
]]
--@include checks
--@include days
--@include cells
local prefix, instant = KEYS[1], now()
local measures = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, amount(ARGV[1]) }
local number, _, newText = combination(prefix, ARGV[2])
local dayKey = prefix .. 'spend:d:' .. dayOf(3, instant)
local hourKey = prefix .. 'spend:h:' .. string.format('%d', math.floor(instant / 3600000))
local dayCell, dayIsNew = cellAfter(dayKey, number, measures)
local hourCell, hourIsNew = cellAfter(hourKey, number, measures)
addCombination(prefix, newText)
writeCell(dayKey, number, dayCell, dayIsNew, daySeconds)
writeCell(hourKey, number, hourCell, hourIsNew, hourSeconds)
return 1
