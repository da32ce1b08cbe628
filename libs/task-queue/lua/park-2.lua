--[[
  Indexes finally failed jobs as dead letters; repeatable, at most once a job.
  KEYS 1 job key prefix, 2 index prefix · ARGV 1 now ms, 2 task lock seconds, 3.. task ids
  Returns how many were parked now
]]
--@include event
--@include park
local parked = 0
for i = 3, #ARGV do
  if park(KEYS[1], KEYS[2], ARGV[i], ARGV[1], ARGV[2]) == 1 then
    parked = parked + 1
    announce(KEYS[1], 'changed', ARGV[i], 'by', 'park')
  end
end
return parked
