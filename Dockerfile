# The app on upstream's Deno: built once, and served without root from a read-only checkout.
FROM denoland/deno:2.9.6 AS build
WORKDIR /app
COPY . .
RUN deno install --frozen && deno task build

FROM denoland/deno:2.9.6
WORKDIR /app
COPY --from=build /app /app
# What has to last is in a volume: all else is gone with the container.
RUN mkdir /data && chown deno:deno /data
VOLUME /data
ENV HOST=0.0.0.0 DENO_KV_PATH=/data/kvetch.sqlite3
USER deno
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s \
  CMD ["deno", "eval", "Deno.exit((await fetch(`http://localhost:${Deno.env.get('PORT') || 8000}/healthz`)).ok ? 0 : 1)"]
CMD ["run", "-q", "-P=serve", "--node-modules-dir=manual", "main.ts"]
