package xyz.dropsilk.server.flight;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.Listed;
import xyz.dropsilk.server.protocol.NetworkView;
import xyz.dropsilk.server.protocol.UsersList;

/** Who sees whom: clients by network, and the view of each network. Guarded by the registry's lock. */
final class NetworkGrouper {
    private final int maxListed;
    private final long arrivalNanos;
    private final Map<NetworkKey, Network> networks = new LinkedHashMap<>();
    private final List<Network> newlyDue = new ArrayList<>();

    /** Other instances, which are shown what is seen here; null without any. */
    private final @Nullable Bus bus;

    /**
     * Groups without members.
     *
     * @param maxListed how many users a list names at most
     * @param arrivalNanos how long others do not see a newcomer, so that a page's further sockets, which attach to a room within a moment, never
     *     flash up; 0 for not at all
     * @param bus the way to other instances, or null
     */
    NetworkGrouper(int maxListed, long arrivalNanos, @Nullable Bus bus) {
        this.bus = bus;
        this.maxListed = maxListed;
        this.arrivalNanos = arrivalNanos;
    }

    /** The network of {@code key}, with one more member who is not visible yet; a new one counts as {@code shownAt} that moment. */
    Network enter(NetworkKey key, long shownAt) {
        Network network = networks.get(key);
        if (network == null) {
            network = new Network(key, shownAt);
            networks.put(key, network);
            if (bus != null) {
                bus.watch(key);
            }
        }
        network.size++;
        return network;
    }

    /** The member has just come: it sees, and is seen in a moment. */
    void arrive(Member member) {
        if (member.unlisted) {
            return;
        }
        if (arrivalNanos == 0 || (member.network.size == 1 && member.network.elsewhere.isEmpty())) {
            show(member);
            return;
        }
        member.arriving = true;
        member.network.arriving.addLast(member);
        becomeDue(member.network);
    }

    /** When the next round has something to show, if not at once: ticker nanoseconds. */
    long nextArrival(Network network, long now) {
        Member first = network.arriving.peekFirst();
        return network.changed || first == null ? now : first.arrivedAt + arrivalNanos;
    }

    /** Shows those who came {@code arrivalNanos} before {@code now}; whoever came later keeps the network due. */
    void admitArrivals(Network network, long now) {
        for (Member first = network.arriving.peekFirst(); first != null; first = network.arriving.peekFirst()) {
            if (first.arriving && now - first.arrivedAt < arrivalNanos) {
                return;
            }
            network.arriving.removeFirst();
            if (first.arriving) {
                first.arriving = false;
                insert(first);
            }
        }
    }

    /** The member sees and is seen from now on, unless it is unlisted or so already. */
    void show(Member member) {
        if (!member.unlisted && !member.arriving && indexOf(member.network, member.arrival()) < 0) {
            insert(member);
        }
    }

    private void insert(Member member) {
        Network network = member.network;
        int index = -(indexOf(network, member.arrival()) + 1);
        network.visible.add(index, member);
        network.listed.add(index, member.listed());
        changed(network, network.visible.size() - 1);
    }

    /** The member neither sees nor is seen any more. */
    void hide(Member member) {
        member.arriving = false;
        int index = indexOf(member.network, member.arrival());
        if (index >= 0) {
            member.network.visible.remove(index);
            member.network.listed.remove(index);
            changed(member.network, member.network.visible.size());
        }
    }

    /** The member has another name. */
    void renamed(Member member) {
        int index = indexOf(member.network, member.arrival());
        if (index >= 0) {
            member.network.listed.set(index, member.listed());
            changed(member.network, member.network.visible.size() - 1);
        }
    }

    /** The member is gone. */
    void leave(Member member) {
        hide(member);
        if (--member.network.size == 0) {
            networks.remove(member.network.key);
            if (bus != null) {
                bus.unwatch(member.network.key);
            }
        }
    }

    /** The network looks different to {@code others} of its members: unless there are none, they have to be shown. */
    private void changed(Network network, int others) {
        network.view = null;
        network.unpublished = true;
        if (others > 0 || bus != null) {
            network.changed = true;
            becomeDue(network);
        }
    }

    private void becomeDue(Network network) {
        if (!network.due) {
            network.due = true;
            newlyDue.add(network);
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
        return member.unlisted ? UsersList.EMPTY : view(member.network).listFor(member.arrival());
    }

    /** The view of those visible now, made at most once a change. */
    NetworkView view(Network network) {
        NetworkView view = network.view;
        if (view == null) {
            List<Listed> listed = network.elsewhere.isEmpty() ? network.listed : everywhere(network);
            int all = listed.size();
            int from = Math.max(0, all - 1 - Math.min(maxListed, all));
            view = new NetworkView(listed.subList(from, all).toArray(new Listed[0]), maxListed);
            network.view = view;
        }
        return view;
    }

    /** How many clients a list would name to a newcomer of the network of {@code key}. */
    int listed(NetworkKey key) {
        Network network = networks.get(key);
        if (network == null) {
            return 0;
        }
        int elsewhere = network.elsewhere.values().stream()
                .mapToInt(there -> there.listed().size())
                .sum();
        return Math.min(network.visible.size() + elsewhere, maxListed);
    }

    // --- other instances ---

    private static List<Listed> everywhere(Network network) {
        List<Listed> all = new ArrayList<>(network.listed);
        network.elsewhere.values().forEach(there -> all.addAll(there.listed()));
        all.sort(Comparator.comparingLong(Listed::arrival));
        return all;
    }

    /** On the instance {@code home} {@code listed} can be seen, as it said at {@code now}; empty for nobody. */
    void showElsewhere(NetworkKey key, String home, List<Listed> listed, long now) {
        Network network = networks.get(key);
        if (network == null) {
            return;
        }
        Network.Elsewhere known = network.elsewhere.get(home);
        boolean isNew = !listed.equals(known == null ? List.of() : known.listed());
        Map<String, Network.Elsewhere> next = new LinkedHashMap<>(network.elsewhere);
        if (listed.isEmpty()) {
            next.remove(home);
        } else {
            next.put(home, new Network.Elsewhere(listed, now));
        }
        network.elsewhere = next;
        if (isNew) {
            looksDifferent(network);
        }
    }

    /** Nobody can be seen any more on instances that {@code isOver}, which is asked with an instance's id and when it told last. */
    void hideElsewhere(BiPredicate<String, Long> isOver) {
        for (Network network : networks.values()) {
            if (network.elsewhere.isEmpty()) {
                continue;
            }
            Map<String, Network.Elsewhere> next = new LinkedHashMap<>(network.elsewhere);
            if (next.entrySet()
                    .removeIf(there ->
                            isOver.test(there.getKey(), there.getValue().toldAt()))) {
                network.elsewhere = next;
                looksDifferent(network);
            }
        }
    }

    private void looksDifferent(Network network) {
        network.view = null;
        network.changed = true;
        becomeDue(network);
    }

    /** Has other instances told whom they may show of {@code network}, unless they know. */
    void publish(Network network) {
        if (bus != null && network.unpublished) {
            network.unpublished = false;
            bus.publish(network.key);
        }
    }

    /** The newest of those who can be seen here. */
    List<Listed> seenHere(Network network) {
        int all = network.listed.size();
        return List.copyOf(network.listed.subList(Math.max(0, all - Math.min(maxListed, MOST_TOLD)), all));
    }

    /** Users that other instances are told of at most, whatever lists may name. */
    private static final int MOST_TOLD = 1_000;

    /** Whether the list of {@code member} names the client {@code id} of another instance. */
    boolean listsElsewhere(Member member, String id) {
        boolean sees = member.arriving || indexOf(member.network, member.arrival()) >= 0;
        Network.Elsewhere there = member.network.elsewhere.get(Bus.homeOf(id));
        return sees
                && there != null
                && there.listed().stream().anyMatch(listed -> listed.user().id().equals(id));
    }

    /** Whether the list of {@code member} names {@code other}, or will in a moment. */
    boolean lists(Member member, @Nullable Member other) {
        if (other == null || other == member || other.network != member.network) {
            return false;
        }
        if (other.arriving) {
            return maxListed > 0 && (member.arriving || indexOf(member.network, member.arrival()) >= 0);
        }
        int index = indexOf(other.network, other.arrival());
        int own = indexOf(member.network, member.arrival());
        if (index < 0 || (own < 0 && !member.arriving)) {
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
            long there = network.visible.get(middle).arrival();
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
