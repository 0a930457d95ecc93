package xyz.dropsilk.server.flight;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.NetworkView;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.protocol.UsersList;

/**
 * Who sees whom: members by network, in order of arrival. A change touches its own network alone. Owned by {@link FlightRegistry} and
 * called under its lock; a network costs nothing once its last member is gone.
 */
final class NetworkGrouper {
    private final int maxListed;
    private final Map<NetworkKey, Network> networks = new HashMap<>();
    private final List<Network> newlyDue = new ArrayList<>();

    /** Groups whose lists name at most {@code maxListed} users. */
    NetworkGrouper(int maxListed) {
        this.maxListed = maxListed;
    }

    /** The network of {@code key}, with one more member who is not visible yet; a new one counts as {@code shownAt} that moment. */
    Network enter(NetworkKey key, long shownAt) {
        Network network = networks.get(key);
        if (network == null) {
            network = new Network(key, shownAt);
            networks.put(key, network);
        }
        network.size++;
        return network;
    }

    /** The member sees and is seen from now on. */
    void show(Member member) {
        Network network = member.network;
        network.visible.add(-(indexOf(network, member.arrival) + 1), member);
        changed(network, network.visible.size() - 1);
    }

    /** The member neither sees nor is seen any more. */
    void hide(Member member) {
        int index = indexOf(member.network, member.arrival);
        if (index >= 0) {
            member.network.visible.remove(index);
            changed(member.network, member.network.visible.size());
        }
    }

    /** The member has another name. */
    void renamed(Member member) {
        if (indexOf(member.network, member.arrival) >= 0) {
            changed(member.network, member.network.visible.size() - 1);
        }
    }

    /** The member is gone. */
    void leave(Member member) {
        hide(member);
        if (--member.network.size == 0) {
            networks.remove(member.network.key);
        }
    }

    /** The network looks different to {@code others} of its members: unless there are none, they have to be shown. */
    private void changed(Network network, int others) {
        network.view = null;
        if (others > 0) {
            network.changed = true;
            if (!network.due) {
                network.due = true;
                newlyDue.add(network);
            }
        }
    }

    /** The networks that became due since the last call, for {@link Presence}. */
    List<Network> takeNewlyDue() {
        if (newlyDue.isEmpty()) {
            return List.of();
        }
        List<Network> taken = List.copyOf(newlyDue);
        newlyDue.clear();
        return taken;
    }

    /** What {@code member} sees now. */
    UsersList listFor(Member member) {
        return view(member.network).listFor(member.arrival);
    }

    /** The view of those visible now, made at most once a change. */
    NetworkView view(Network network) {
        NetworkView view = network.view;
        if (view == null) {
            List<Member> all = network.visible;
            int from = Math.max(0, all.size() - 1 - Math.min(maxListed, all.size()));
            List<Member> newest = all.subList(from, all.size());
            long[] arrivals = new long[newest.size()];
            List<User> users = new ArrayList<>(newest.size());
            for (int i = 0; i < arrivals.length; i++) {
                arrivals[i] = newest.get(i).arrival;
                users.add(newest.get(i).user);
            }
            view = NetworkView.of(arrivals, users, maxListed);
            network.view = view;
        }
        return view;
    }

    /** Whether the list of {@code member} names {@code other}. */
    boolean lists(Member member, @Nullable Member other) {
        if (other == null || other == member || other.network != member.network) {
            return false;
        }
        int index = indexOf(other.network, other.arrival);
        int own = indexOf(member.network, member.arrival);
        if (index < 0 || own < 0) {
            return false;
        }
        int newer = other.network.visible.size() - 1 - index - (own > index ? 1 : 0);
        return newer < maxListed;
    }

    /** Up to {@code most} visible members who came after {@code arrival}, in order. */
    static List<Member> visibleAfter(Network network, long arrival, int most) {
        int index = indexOf(network, arrival);
        int from = index >= 0 ? index + 1 : -(index + 1);
        return network.visible.subList(from, Math.min(network.visible.size(), from + most));
    }

    /** The networks by key, for {@link RegistryInvariants}. */
    Map<NetworkKey, Network> networks() {
        return networks;
    }

    /** The index of the visible member that came with {@code arrival}, or minus the place it would have, minus one. */
    private static int indexOf(Network network, long arrival) {
        int low = 0;
        int high = network.visible.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long there = network.visible.get(middle).arrival;
            if (there < arrival) {
                low = middle + 1;
            } else if (there > arrival) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return -(low + 1);
    }
}
