--[[
  Counts an answer from the cache, in the day and the hour it is now.
  KEYS 1 prefix   ARGV 1 nano it would have cost, 2 tags, 3 the day it is, 4 its first instant, 5 its end
  Returns {1} | {'day', now}: it is another day
]]
--@include checks
--@include days
--@include cells
local prefix, instant = KEYS[1], now()
if instant < tonumber(ARGV[4]) or instant >= tonumber(ARGV[5]) then return { 'day', instant } end
local measures = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, amount(ARGV[1]) }
local number, _, newText = combination(prefix, ARGV[2])
local dayKey, hourKey = prefix .. 'spend:d:' .. ARGV[3], prefix .. 'spend:h:' .. math.floor(instant / 3600000)
local dayCell, dayIsNew = cellAfter(dayKey, number, measures)
local hourCell, hourIsNew = cellAfter(hourKey, number, measures)
addCombination(prefix, newText)
writeCell(dayKey, number, dayCell, dayIsNew, daySeconds)
writeCell(hourKey, number, hourCell, hourIsNew, hourSeconds)
return { 1 }
