-- Posts conversion events to a relay: every request from another visitor, every event with an id of its own.
-- The template (see visitors.py), the user agents and the run's number come from the environment. At the end
-- it says how many events were put into requests.

local separator = "\31"

local function split(text)
   local pieces = {}
   for piece in (text .. separator):gmatch("([^" .. separator .. "]*)" .. separator) do
      pieces[#pieces + 1] = piece
   end
   return pieces
end

local function read(name)
   local file = assert(io.open(os.getenv(name), "rb"))
   local text = file:read("*a")
   file:close()
   return text
end

local threads = {}

function setup(thread)
   threads[#threads + 1] = thread
   thread:set("number", #threads)
end

function init()
   pieces = split(read("BENCH_TEMPLATE"))
   agents = split(read("BENCH_AGENTS"))
   run = tonumber(os.getenv("BENCH_RUN"))
   math.randomseed(run * 64 + number)
   count = 0
   names = {}
   for place = 2, #pieces, 2 do
      names[place] = pieces[place]
   end
end

local function hex(digits)
   return ("%0" .. digits .. "x"):format(math.random(0, 16 ^ digits - 1))
end

local values = {
   id = function()
      count = count + 1
      local tail = ("%02x%02x%08x"):format(run, number, count)
      return hex(8) .. "-" .. hex(4) .. "-4" .. hex(3) .. "-8" .. hex(3) .. "-" .. tail
   end,
   em = function()
      local parts = {}
      for place = 1, 8 do
         parts[place] = hex(8)
      end
      return table.concat(parts)
   end,
   ip = function()
      local random = math.random
      return ("1%d.%d.%d.%d"):format(random(30, 59), random(100, 199), random(100, 199), random(100, 199))
   end,
   agent = function()
      return agents[math.random(#agents)]
   end,
   seconds = function()
      return tostring(os.time())
   end,
   milliseconds = function()
      return ("%d000"):format(os.time())
   end,
}

function request()
   for place, name in pairs(names) do
      pieces[place] = values[name]()
   end
   return table.concat(pieces)
end

function done()
   local sent = 0
   for _, thread in ipairs(threads) do
      sent = sent + thread:get("count")
   end
   io.write(("events sent: %d\n"):format(sent))
end
