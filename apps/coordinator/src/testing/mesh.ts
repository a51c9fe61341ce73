import { agentManifest, type Bus, type Manifest } from '@waggle/bus';
import type { Transition } from '@waggle/flow';
import { subjects, type AgentMessage } from '@waggle/protocol';
import { offerSkill, testBroker, type TestBroker } from '@waggle/testkit';
import { manifest } from '../coordinator.manifest.js';
import { CLIENT, TENANT } from './client.js';

export const SKILL = 'work.do';

/** A broker on which anybody may do anything, with an agent `worker` that offers SKILL and a bus for looking at things. */
export const testMesh = async (
  options: { partitions?: number; storage?: number; synced?: boolean } = {},
): Promise<{ broker: TestBroker; see: Bus }> => {
  const manifests: Manifest[] = [manifest, agentManifest('worker'), CLIENT];
  const broker = await testBroker({ manifests, ...options });
  const see = await broker.busFor('see');
  await offerSkill(see, SKILL, [{ agent: 'worker', slots: 64, freeSlots: 64 }]);
  return { broker, see };
};

/** A flow's log. */
export const logOf = async (see: Bus, flowId: string): Promise<Transition[]> =>
  (await see.read('FLOW', subjects.flow(TENANT, flowId))).map((message) => message.json<AgentMessage<Transition>>().payload);

/** Types of all events of a flow's log, in order. */
export const eventsOf = async (see: Bus, flowId: string): Promise<string[]> =>
  (await logOf(see, flowId)).flatMap(({ events }) => events.map(({ type }) => type));
