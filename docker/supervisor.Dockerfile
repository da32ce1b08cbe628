# syntax=docker/dockerfile:1
# The supervisor: the HTTP API on port 8000. Data (uploaded files) in /data.
# Build from the project's folder: docker build -f docker/supervisor.Dockerfile -t nexus-supervisor .

FROM node:24.21.0-slim AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/npm-cache npm ci --ignore-scripts --cache /npm-cache
RUN node tools/bundle.mjs apps/supervisor

FROM node:24.21.0-slim
ENV NODE_ENV=production NEXUS_HOST=0.0.0.0 NEXUS_PORT=8000 NEXUS_DATA_DIR=/data
# apps/supervisor/process-options.json; docs/decisions/door-memory.md says why.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=8192 MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /app
RUN install -d -o node -g node /data
COPY --from=build /src/apps/supervisor/dist/main.js ./main.js
USER node
EXPOSE 8000
VOLUME ["/data"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.NEXUS_PORT + '/health/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=8", "--initial-old-space-size=24", "--heap-growing-percent=10", "--no-maglev", "--no-sparkplug", "--no-parallel-scavenge", "main.js"]
