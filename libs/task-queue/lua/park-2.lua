--[[
  Indexes finally failed jobs as dead letters; repeatable, at most once a failure.
  KEYS 1 job key prefix, 2 index prefix · ARGV 1 now ms, 2 task lock seconds, 3.. pairs of task id and group or ''
  Returns {parked now, {id, code, message}...}: the latter have no group yet and were left; come back with one
]]
--@include event
--@include index
--@include outcome
--@include park
local answer = { 0 }
for i = 3, #ARGV, 2 do
  local outcome = park(KEYS[1], KEYS[2], ARGV[i], ARGV[1], ARGV[2], ARGV[i + 1])
  if type(outcome) == 'table' then
    answer[#answer + 1] = { ARGV[i], outcome[1], outcome[2] }
  elseif outcome == 1 then
    answer[1] = answer[1] + 1
    announce(KEYS[1], 'changed', ARGV[i], 'by', 'park')
  end
end
return answer
