--[[
  Indexes finally failed jobs as dead letters; repeatable, at most once a job.
  KEYS 1 job key prefix, 2 index prefix · ARGV 1 now ms, 2 task lock seconds, 3.. task ids
  Returns how many were parked now
]]
--@include park
local parked = 0
for i = 3, #ARGV do parked = parked + park(KEYS[1], KEYS[2], ARGV[i], ARGV[1], ARGV[2]) end
return parked
