// Figures about the engine's work, for OpenTelemetry: Deno exports them where OTEL_DENO=true.
import { metrics } from "@opentelemetry/api";
import type { ChatSync } from "./chat/domain.ts";
import type { SyncOptions } from "../sync/mod.ts";

/**
 * Measures an engine from when it is made: `measure` is an option of it, and
 * `observe` is called with it.
 */
export function figures(): {
  measure: NonNullable<SyncOptions["measure"]>;
  observe: (sync: ChatSync) => void;
} {
  const meter = metrics.getMeter("kvetch");
  const commits = meter.createHistogram("kvetch.commit.pushes", {
    description: "Commits, by how many pushes each holds",
    advice: { explicitBucketBoundaries: [1, 2, 4, 8, 16, 32, 64, 128] },
  });
  const pokes = meter.createHistogram("kvetch.poke.latency", {
    description: "From a commit, in any process, to the poke of its readers",
    unit: "ms",
  });
  return {
    measure: {
      commit: (pushes) => commits.record(pushes),
      poke: (ms) => pokes.record(ms),
    },
    observe(sync) {
      meter.createObservableGauge("kvetch.streams", {
        description: "Open poke streams",
      }).addCallback((result) => result.observe(sync.streams));
      meter.createObservableGauge("kvetch.cache", {
        description: "What the spaces in memory remember",
        unit: "By",
      }).addCallback((result) => result.observe(sync.cachedBytes));
    },
  };
}
