# syntax=docker/dockerfile:1
# The AutoFix bot.
# Build from the project's folder: docker build -f docker/autofix-bot.Dockerfile -t nexus-autofix-bot .

FROM node:24.21.0-slim AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/npm-cache npm ci --ignore-scripts --cache /npm-cache
RUN node tools/bundle.mjs apps/autofix-bot

FROM node:24.21.0-slim
ENV NODE_ENV=production NEXUS_HOST=0.0.0.0 NEXUS_BOT_PORT=8012
WORKDIR /app
COPY --from=build /src/apps/autofix-bot/dist/main.js ./main.js
USER node
EXPOSE 8012
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.NEXUS_BOT_PORT + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "main.js"]
