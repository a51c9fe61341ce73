/** A flow: its id is unique in its tenant. */
export interface FlowKey {
  readonly tenant: string;
  readonly flowId: string;
}

/** As one text, for maps. */
export const textOf = ({ tenant, flowId }: FlowKey): string => `${tenant}/${flowId}`;
