// What a request may take where nothing is limited.
import { MemoryBudget } from "../../lib/web/http/memory_budget.ts";
import { RateLimits } from "../../lib/web/http/rate_limits.ts";

export const unlimited = () => ({
  limits: new RateLimits(false),
  held: new MemoryBudget(false).hold(""),
});
