--[[
  Gives back what expired holds reserve.
  KEYS 1 prefix   ARGV 1 how many at most
  Returns {how many, 1 when more are due, errors of holds that cannot be read...}
]]
--@include checks
--@include hold
--@include counters
--@include days
--@include sweep
local instant = now()
local done, errors = sweepDue(KEYS[1], instant, ARGV[1])
return { done, isDue(KEYS[1], instant) and 1 or 0, unpack(errors) }
