import { runAgent } from '@nexus/agent-sdk';
import { excelKakao } from './excel-kakao.ts';

await runAgent(excelKakao, process.env);
