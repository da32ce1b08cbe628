# syntax=docker/dockerfile:1
# The worker that makes workbooks of chat exports. Temporary files in /data.
# Build from the project's folder: docker build -f docker/worker-excel-kakao.Dockerfile -t nexus-worker-excel-kakao .

FROM node:24.21.0-slim AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/npm-cache npm ci --ignore-scripts --cache /npm-cache
RUN node tools/bundle.mjs apps/worker-excel-kakao

FROM node:24.21.0-slim
ENV NODE_ENV=production NEXUS_HOST=0.0.0.0 NEXUS_WORKER_PORT=8011 NEXUS_DATA_DIR=/data
WORKDIR /app
RUN install -d -o node -g node /data
COPY --from=build /src/apps/worker-excel-kakao/dist/main.js ./main.js
USER node
EXPOSE 8011
VOLUME ["/data"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.NEXUS_WORKER_PORT + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Large exports make much short-lived garbage: a small nursery keeps the worker about 60 MB smaller, no slower.
CMD ["node", "--max-semi-space-size=8", "main.js"]
