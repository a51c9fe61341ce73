const TRIES = 5;

/** Starts a presence. A busy machine may take longer than the second that a beat has: tried again, as a service would. */
export const beSeen = async (presence: { start(): Promise<void> }): Promise<void> => {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await presence.start();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
};
